"""How good a heat map is: pure functions over maps, masks, images and what a network says of them."""
