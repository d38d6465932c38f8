// Ollama's own reading of a Modelfile and its own rendering of the template in it.
//
//	go run . MODELFILE < conversations.json     [[{"role", "content"}]] -> {"texts", "parameters", "model", "adapters"}
package main

import (
	"bytes"
	"encoding/json"
	"log"
	"os"

	"github.com/ollama/ollama/api"
	"github.com/ollama/ollama/parser"
	"github.com/ollama/ollama/template"
)

type found struct {
	Texts      []string            `json:"texts"`
	Parameters map[string][]string `json:"parameters"`
	From       []string            `json:"from"`
	Template   string              `json:"template"`
}

func main() {
	file, err := os.Open(os.Args[1])
	must(err)
	modelfile, err := parser.ParseFile(file)
	must(err)
	result := found{Parameters: map[string][]string{}}
	for _, command := range modelfile.Commands {
		switch command.Name {
		case "model", "adapter":
			result.From = append(result.From, command.Args)
		case "template":
			result.Template = command.Args
		default:
			result.Parameters[command.Name] = append(result.Parameters[command.Name], command.Args)
		}
	}

	var conversations [][]api.Message
	must(json.NewDecoder(os.Stdin).Decode(&conversations))
	parsed, err := template.Parse(result.Template)
	must(err)
	for _, messages := range conversations {
		var text bytes.Buffer
		must(parsed.Execute(&text, template.Values{Messages: messages}))
		result.Texts = append(result.Texts, text.String())
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	must(encoder.Encode(result))
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
