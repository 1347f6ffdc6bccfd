"""The demo newsroom: an invented little world to try the house with, and the pictures that go with it."""
