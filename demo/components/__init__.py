"""Views that live in the browser: nothing goes to the server while somebody points at things."""
