//! People: passwords, sessions, throttling of guesses.
