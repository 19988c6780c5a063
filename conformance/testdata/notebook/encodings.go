// JSON, gob, XML and CSV of types with tags and methods.
package main

import (
	"bytes"
	"encoding/csv"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

type Color uint8

const (
	Red Color = iota + 1
	Green
	Blue
)

var colorNames = map[Color]string{Red: "red", Green: "green", Blue: "blue"}

func (c Color) String() string { return colorNames[c] }
func (c Color) MarshalText() ([]byte, error) {
	if s, ok := colorNames[c]; ok {
		return []byte(s), nil
	}
	return nil, fmt.Errorf("no color %d", uint8(c))
}
func (c *Color) UnmarshalText(b []byte) error {
	for k, v := range colorNames {
		if v == string(b) {
			*c = k
			return nil
		}
	}
	return &badColor{string(b)}
}

type badColor struct{ name string }

func (b *badColor) Error() string { return "bad color " + b.name }

type Base struct {
	ID      int       `json:"id" xml:"id,attr"`
	Created time.Time `json:"created" xml:"-"`
	secret  string
}

func (b Base) Key() string { return fmt.Sprintf("%d/%s", b.ID, b.secret) }

type Item struct {
	Base
	Name   string            `json:"name" xml:"name"`
	Price  *float64          `json:"price,omitempty" xml:"price,omitempty"`
	Colors []Color           `json:"colors" xml:"colors>color"`
	Extra  map[string]any    `json:"extra,omitempty" xml:"-"`
	Paint  map[Color]float64 `json:"paint,omitempty" xml:"-"`
	Raw    json.RawMessage   `json:"raw,omitempty" xml:"-"`
	Note   string            `json:"-" xml:",comment"`
}

type Shape interface{ Area() float64 }
type Square struct{ Side float64 }
type Disc struct{ Radius float64 }

func (s Square) Area() float64 { return s.Side * s.Side }
func (d *Disc) Area() float64  { return 3 * d.Radius * d.Radius }

type Envelope struct {
	Type string
	Data json.RawMessage
}

func (e Envelope) open() (Shape, error) {
	var s Shape
	switch e.Type {
	case "square":
		var q Square
		if err := json.Unmarshal(e.Data, &q); err != nil {
			return nil, err
		}
		s = q
	case "disc":
		s = new(Disc)
		if err := json.Unmarshal(e.Data, s); err != nil {
			return nil, err
		}
	default:
		return nil, fmt.Errorf("unknown %q", e.Type)
	}
	return s, nil
}

type Celsius float64

func (c Celsius) MarshalJSON() ([]byte, error) { return fmt.Appendf(nil, `"%.1f°C"`, float64(c)), nil }
func (c *Celsius) UnmarshalJSON(b []byte) error {
	_, err := fmt.Sscanf(string(b), `"%f°C"`, (*float64)(c))
	return err
}

func roundtrip(v, into any) error {
	var buf bytes.Buffer
	if err := gob.NewEncoder(&buf).Encode(v); err != nil {
		return err
	}
	return gob.NewDecoder(&buf).Decode(into)
}

func main() {
	p := 9.5
	it := Item{Base: Base{7, time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC), "x"}, Name: "<chair>", Price: &p, Colors: []Color{Red, Blue},
		Paint: map[Color]float64{Green: .5}, Raw: json.RawMessage(`{"a":[1,2]}`), Note: "hi"}
	b, err := json.MarshalIndent(it, "", "  ")
	fmt.Println(string(b), err)
	var back Item
	err = json.Unmarshal(b, &back)
	fmt.Printf("%+v %v %v %s\n", back.Base, back.Colors, err, back.Key())
	fmt.Printf("%v %+v\n", it.Base, it.Colors)
	err = json.Unmarshal([]byte(`{"colors":["pink"]}`), &back)
	var bad *badColor
	fmt.Println(err, errors.As(err, &bad))
	err = json.Unmarshal([]byte(`{"id":"seven"}`), &back)
	var te *json.UnmarshalTypeError
	if errors.As(err, &te) {
		fmt.Println(te.Value, te.Type, te.Field, te.Struct)
	}
	_, err = json.Marshal(map[string]Color{"a": 9})
	fmt.Println(err)
	x, err := xml.MarshalIndent(it, "", " ")
	fmt.Println(string(x), err)
	var fromXML Item
	fmt.Println(xml.Unmarshal(x, &fromXML), fromXML.ID, fromXML.Name, *fromXML.Price, fromXML.Colors)
	gob.Register(Square{})
	gob.Register(&Disc{})
	var shapes []Shape
	fmt.Println(roundtrip([]Shape{Square{2}, &Disc{1}}, &shapes))
	for _, s := range shapes {
		fmt.Printf("%T %v\n", s, s.Area())
	}
	for _, text := range []string{`{"Type":"square","Data":{"Side":3}}`, `{"Type":"disc","Data":{"Radius":2}}`, `{"Type":"cube"}`} {
		var e Envelope
		if err := json.Unmarshal([]byte(text), &e); err != nil {
			fmt.Println(err)
		}
		s, err := e.open()
		fmt.Printf("%#v %v\n", s, err)
	}
	t := map[string]Celsius{"oslo": -3.25, "rome": 21}
	b, _ = json.Marshal(t)
	fmt.Println(string(b))
	clear(t)
	fmt.Println(json.Unmarshal(b, &t), t)
	dec := json.NewDecoder(strings.NewReader(`{"name":"a"} {"name":"b"} {"nome":1}`))
	dec.DisallowUnknownFields()
	for {
		var i Item
		if err := dec.Decode(&i); err == io.EOF {
			break
		} else if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Println(i.Name)
	}
	w := csv.NewWriter(os.Stdout)
	w.WriteAll([][]string{{"a", "b,c"}, {"d\"e", "f\ng"}})
	anon := struct {
		A int `json:"a"`
		b int
		*Square
	}{1, 2, &Square{4}}
	b, err = json.Marshal(anon)
	fmt.Println(string(b), err, anon.Area())
}
