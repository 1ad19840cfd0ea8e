module residua.example/send-and-read

go 1.22
