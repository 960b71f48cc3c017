"""What a class's results are written as: tables for other systems, and pages for people."""
