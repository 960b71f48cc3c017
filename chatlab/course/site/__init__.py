"""The course as a static site: JupyterLite, and Python inside the learner's browser."""
