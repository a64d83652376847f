"""The only room that talks to Prefect: start it, register with it, start runs, answer reviews."""
