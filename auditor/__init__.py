"""Pure judgement: compares what a site was seen to do with what its policy declares."""
