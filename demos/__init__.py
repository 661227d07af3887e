"""The tabs of the app, one file each; every one exports tab() and runs alone with `python -m demos.NAME`."""
