module gopeer

go 1.26
