// Sends PNG files as frames of one source, then prints the scores of that source.
//
//	go run . SOURCE FILE.png ...    in this folder
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"github.com/linkedin/goavro/v2"
	"github.com/segmentio/kafka-go"
)

func main() {
	if len(os.Args) < 2 {
		log.Fatal("usage: go run . SOURCE FILE.png ...")
	}
	servers := os.Getenv("KAFKA_BOOTSTRAP_SERVERS")
	if servers == "" {
		servers = "localhost:9092"
	}
	brokers := strings.Split(servers, ",")
	source, files := os.Args[1], os.Args[2:]

	// Murmur2 sends a key where every other client sends it: one camera, one partition.
	writer := kafka.Writer{Addr: kafka.TCP(brokers...), Topic: "residua.frames", Balancer: &kafka.Murmur2Balancer{}}
	var messages []kafka.Message
	for _, file := range files {
		png, err := os.ReadFile(file)
		if err != nil {
			log.Fatal(err)
		}
		messages = append(messages, kafka.Message{Key: []byte(source), Value: png})
	}
	if err := errors.Join(writer.WriteMessages(context.Background(), messages...), writer.Close()); err != nil {
		log.Fatal(err)
	}

	schema, err := os.ReadFile("../../../schemas/released/FrameScore-v1.avsc")
	if err != nil {
		log.Fatal(err)
	}
	codec, err := goavro.NewCodec(string(schema))
	if err != nil {
		log.Fatal(err)
	}

	reader := kafka.NewReader(kafka.ReaderConfig{
		Brokers: brokers, GroupID: "example-go", Topic: "residua.scores",
		StartOffset: kafka.FirstOffset, IsolationLevel: kafka.ReadCommitted,
	})
	defer reader.Close()
	end, cancel := context.WithTimeout(context.Background(), 15*time.Second) // an application would go on for ever
	defer cancel()
	for {
		message, err := reader.ReadMessage(end)
		if errors.Is(err, context.DeadlineExceeded) {
			return
		} else if err != nil {
			log.Fatal(err)
		}
		if string(message.Key) != source {
			continue
		}
		// C3 01 and eight bytes that name the schema, then the record.
		native, _, err := codec.NativeFromBinary(message.Value[10:])
		if err != nil {
			log.Fatal(err)
		}
		score := native.(map[string]any)
		fmt.Printf("score %v p = %.4f %.2f\n", score["sequence"], score["jointPValue"], score["standardized"])
	}
}
