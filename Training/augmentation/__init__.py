"""What a network is shown instead of the picture as it is: other looks, gains and cut-outs."""
