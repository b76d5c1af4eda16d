"""What `startproject` and `startapp` write: the template copied, models spelled out, settings and URL conf edited."""
