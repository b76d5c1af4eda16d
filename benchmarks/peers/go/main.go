// Go's net/http, standard library only.
package main

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"
)

type message struct {
	Message string `json:"message"`
}

type found struct {
	Category int     `json:"category"`
	Name     string  `json:"name"`
	Price    float64 `json:"price"`
	Page     int     `json:"page"`
	Query    string  `json:"query"`
}

type address struct {
	Street *string `json:"street"`
	City   *string `json:"city"`
}

// Pointers tell a field that is missing from one that is zero.
type order struct {
	Name     *string  `json:"name"`
	Price    *float64 `json:"price"`
	Quantity *int     `json:"quantity"`
	Tags     []string `json:"tags"`
	Address  *address `json:"address"`
	Express  *bool    `json:"express"`
}

func (o *order) check() error {
	if o.Name == nil || o.Price == nil || o.Quantity == nil || o.Tags == nil || o.Address == nil || o.Express == nil {
		return errors.New("a field is missing")
	}
	if o.Address.Street == nil || o.Address.City == nil {
		return errors.New("a field of the address is missing")
	}
	return nil
}

func answer(w http.ResponseWriter, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body)
}

func text(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, "Hello, World!")
}

func find(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	category, wrongCategory := strconv.Atoi(r.PathValue("category"))
	price, wrongPrice := strconv.ParseFloat(r.PathValue("price"), 64)
	page, wrongPage := strconv.Atoi(query.Get("page"))
	if err := errors.Join(wrongCategory, wrongPrice, wrongPage); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	answer(w, found{category, r.PathValue("name"), price, page, query.Get("query")})
}

func takeOrder(w http.ResponseWriter, r *http.Request) {
	var given order
	err := json.NewDecoder(r.Body).Decode(&given)
	if err == nil {
		err = given.check()
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	answer(w, given)
}

func upload(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 16<<20))
	if err != nil {
		http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, strconv.Itoa(len(body)))
}

func mark(inner http.Handler, name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(name, "1")
		inner.ServeHTTP(w, r)
	})
}

func main() {
	var marked http.Handler = http.HandlerFunc(text)
	for _, name := range []string{"X-Third", "X-Second", "X-First"} {
		marked = mark(marked, name)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /text", text)
	mux.HandleFunc("GET /json", func(w http.ResponseWriter, _ *http.Request) { answer(w, message{"Hello, World!"}) })
	mux.HandleFunc("GET /items/{category}/{name}/{price}", find)
	mux.HandleFunc("POST /orders", takeOrder)
	mux.HandleFunc("POST /upload", upload)
	mux.Handle("GET /middleware", marked)
	files := http.FileServer(http.Dir(os.Getenv("BENCH_STATIC")))
	mux.Handle("GET /static/", http.StripPrefix("/static/", files))
	if err := http.ListenAndServe("127.0.0.1:"+os.Args[1], mux); err != nil {
		panic(err)
	}
}
