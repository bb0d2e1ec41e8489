"""What earlier runs found out, kept in ``.servewright/``: a deployment that nothing touched is not compiled again.

It can only ever save time. Whatever raises a doubt (another user, tool, input, file of the output) means compiling.
"""
