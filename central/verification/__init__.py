"""Who somebody is: the verification service with its outages, the queue that drains itself, and the officer at the desk (A-25, A-26)."""
