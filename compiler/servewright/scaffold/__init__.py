"""What ``servewright init`` puts into a repository: a table of files, and the choices that fill them in.

The files lie in ``repository/`` as plain text, in which ``@WORD@`` stands for a choice; nothing else in them is special.
"""
