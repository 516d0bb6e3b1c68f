"""What a rehearsal runs on this machine of the stages that AWS has: build, publish, hook."""
