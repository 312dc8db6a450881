//! What is remembered: verbs of the domain over a small engine.
