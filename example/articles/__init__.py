"""Articles with tags and comments: the heart of Conduit.

Open until accounts arrive: whoever writes names an author by username, and anybody may change and delete. Favourites,
follows and the personal feed of the RealWorld specification need an account too, and are left out instead of faked.
"""
