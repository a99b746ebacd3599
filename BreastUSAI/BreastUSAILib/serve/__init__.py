"""The engine for many: a queue of uploaded images, their results for a while, and the web address of both."""
