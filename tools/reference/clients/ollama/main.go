// Ollama's own reading of a Modelfile, its own rendering of the template in it, and what it takes out of answers.
//
//	go run . MODELFILE < job.json
//	{"talks": [{"messages": [{"role", "content", ...}], "tools"}], "answers": [{"prompt", "text", "tools"}]} ->
//	{"texts", "answers": [{"content", "thinking", "calls"}], "can", "parameters", "from", "template"}
package main

import (
	"bytes"
	"encoding/json"
	"log"
	"os"
	"slices"
	"strings"

	"github.com/ollama/ollama/api"
	"github.com/ollama/ollama/parser"
	"github.com/ollama/ollama/template"
	"github.com/ollama/ollama/thinking"
	"github.com/ollama/ollama/tools"
)

type talk struct {
	Messages []api.Message `json:"messages"`
	Tools    api.Tools     `json:"tools"`
}

type answer struct {
	Prompt string    `json:"prompt"`
	Text   string    `json:"text"`
	Tools  api.Tools `json:"tools"`
}

type taken struct {
	Content  string         `json:"content"`
	Thinking string         `json:"thinking"`
	Calls    []api.ToolCall `json:"calls"`
}

type found struct {
	Texts      []string            `json:"texts"`
	Answers    []taken             `json:"answers"`
	Can        map[string]bool     `json:"can"`
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

	var job struct {
		Talks   []talk   `json:"talks"`
		Answers []answer `json:"answers"`
	}
	must(json.NewDecoder(os.Stdin).Decode(&job))
	parsed, err := template.Parse(result.Template)
	must(err)
	for _, one := range job.Talks {
		var text bytes.Buffer
		must(parsed.Execute(&text, template.Values{Messages: one.Messages, Tools: one.Tools}))
		result.Texts = append(result.Texts, text.String())
	}

	// As server/images.go tells what a model can do.
	names, err := parsed.Vars()
	must(err)
	opening, closing := thinking.InferTags(parsed.Template)
	canThink := opening != "" && closing != ""
	result.Can = map[string]bool{"tools": slices.Contains(names, "tools"), "thinking": canThink}
	for _, one := range job.Answers {
		var said taken
		said.Content = one.Text
		if canThink {
			thoughts := thinking.Parser{OpeningTag: opening, ClosingTag: closing}
			// As server/routes.go has it.
			if strings.HasSuffix(strings.TrimSpace(one.Prompt), opening) {
				thoughts.AddContent(opening)
			}
			said.Thinking, said.Content = thoughts.AddContent(said.Content)
		}
		if len(one.Tools) > 0 && result.Can["tools"] {
			said.Calls, said.Content = tools.NewParser(parsed.Template, one.Tools).Add(said.Content)
		}
		result.Answers = append(result.Answers, said)
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
