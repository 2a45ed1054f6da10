"""The plain ways: what a formula says, word by word, for tests of equality and for comparison."""
