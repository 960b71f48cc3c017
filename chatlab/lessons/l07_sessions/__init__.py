"""Lesson 07: its entry in the catalogue, its checks, its questions and its demos."""
