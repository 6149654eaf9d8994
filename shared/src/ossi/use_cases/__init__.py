"""What Ossi does, one verb a file. Reads the domain and the ports; what people read comes from slack.messages."""
