#![doc = "Raftstone."]
