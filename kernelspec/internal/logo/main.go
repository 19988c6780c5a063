// Command logo draws the kernel's logo: two stacked cards, the answer of one
// cell kept behind the next, with the prompt of a cell on the front one.
//
// It writes logo-32x32.png, logo-64x64.png and logo-svg.svg into the current
// directory, from one list of shapes.
package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
)

// shape is a rounded rectangle or, with points, a stroke with round ends, on a
// canvas of 64 by 64.
type shape struct {
	x, y, w, h, radius float64
	points             [][2]float64
	width              float64
	fill               color.NRGBA
}

func shapes() []shape {
	var (
		back  = color.NRGBA{0x7f, 0xc8, 0xd8, 0xff}
		front = color.NRGBA{0x0b, 0x5c, 0x73, 0xff}
		mark  = color.NRGBA{0xff, 0xff, 0xff, 0xff}
	)
	return []shape{
		{x: 16, y: 6, w: 42, h: 42, radius: 9, fill: back},
		{x: 6, y: 16, w: 42, h: 42, radius: 9, fill: front},
		{points: [][2]float64{{15, 28}, {24, 37}, {15, 46}}, width: 5, fill: mark},
		{points: [][2]float64{{28, 46}, {39, 46}}, width: 5, fill: mark},
	}
}

func main() {
	if err := draw(); err != nil {
		fmt.Fprintln(os.Stderr, "logo:", err)
		os.Exit(1)
	}
}

func draw() error {
	for _, size := range []int{32, 64} {
		var b bytes.Buffer
		e := png.Encoder{CompressionLevel: png.BestCompression}
		if err := e.Encode(&b, raster(size)); err != nil {
			return err
		}
		if err := os.WriteFile(fmt.Sprintf("logo-%dx%d.png", size, size), b.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile("logo-svg.svg", vector(), 0o644)
}

// raster covers each pixel with 8 by 8 samples.
func raster(size int) image.Image {
	const grid = 8
	img := image.NewNRGBA(image.Rect(0, 0, size, size))
	for py := range size {
		for px := range size {
			var r, g, b, a float64
			for s := range grid * grid {
				x := (float64(px) + (float64(s%grid)+0.5)/grid) * 64 / float64(size)
				y := (float64(py) + (float64(s/grid)+0.5)/grid) * 64 / float64(size)
				var top color.NRGBA
				for _, sh := range shapes() {
					if sh.contains(x, y) {
						top = sh.fill
					}
				}
				if top.A != 0 {
					r, g, b, a = r+float64(top.R), g+float64(top.G), b+float64(top.B), a+1
				}
			}
			if a > 0 {
				img.SetNRGBA(px, py, color.NRGBA{
					uint8(math.Round(r / a)), uint8(math.Round(g / a)), uint8(math.Round(b / a)),
					uint8(math.Round(255 * a / (grid * grid))),
				})
			}
		}
	}
	return img
}

func (s *shape) contains(x, y float64) bool {
	if s.points == nil {
		dx := max(s.x+s.radius-x, x-(s.x+s.w-s.radius), 0)
		dy := max(s.y+s.radius-y, y-(s.y+s.h-s.radius), 0)
		return math.Hypot(dx, dy) <= s.radius
	}
	for i := 1; i < len(s.points); i++ {
		p, q := s.points[i-1], s.points[i]
		dx, dy := q[0]-p[0], q[1]-p[1]
		t := ((x-p[0])*dx + (y-p[1])*dy) / (dx*dx + dy*dy)
		t = max(0, min(1, t))
		if math.Hypot(x-p[0]-t*dx, y-p[1]-t*dy) <= s.width/2 {
			return true
		}
	}
	return false
}

func vector() []byte {
	var b bytes.Buffer
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">` + "\n")
	for _, s := range shapes() {
		fill := fmt.Sprintf("#%02x%02x%02x", s.fill.R, s.fill.G, s.fill.B)
		if s.points == nil {
			fmt.Fprintf(&b, "  <rect x=\"%g\" y=\"%g\" width=\"%g\" height=\"%g\" rx=\"%g\" fill=\"%s\"/>\n",
				s.x, s.y, s.w, s.h, s.radius, fill)
			continue
		}
		b.WriteString(`  <polyline points="`)
		for i, p := range s.points {
			if i > 0 {
				b.WriteByte(' ')
			}
			fmt.Fprintf(&b, "%g,%g", p[0], p[1])
		}
		fmt.Fprintf(&b, "\" fill=\"none\" stroke=\"%s\" stroke-width=\"%g\" stroke-linecap=\"round\" stroke-linejoin=\"round\"/>\n",
			fill, s.width)
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}
