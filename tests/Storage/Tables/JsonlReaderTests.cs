using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Serverless.Storage.Tables;

namespace Serverless.Storage.Tests.Tables;

public sealed class JsonlReaderTests
{
    private static readonly string[] Lines =
    [
        "{\"a\": 1}", "", "   \t", "{\"a\": \"ü🍡\", \"b\": [1, 2.5, null, {\"c\": true}]}", "{\"a\": }", "[1]", "{\"a\": 1} x", "null", "{}",
        "{\"long\": \"" + "x".PadRight(300, 'y') + "\"}",
    ];

    [Fact]
    public async Task Values_have_their_types_and_the_last_of_two_equal_keys_counts()
    {
        var row = (await Read("{\"i\": 1, \"n\": -0, \"f\": 1.0, \"big\": 12345678901234567890, \"e\": 1e2, \"s\": \"\\u00fc\", \"t\": true, \"z\": null, \"l\": [1, [\"x\"]], \"o\": {\"k\": 2, \"k\": 3}, \"i\": 9223372036854775807}")).Single();

        row.Error.ShouldBeNull();
        row.Values!["i"].ShouldBe(long.MaxValue);
        row.Values["n"].ShouldBeOfType<double>().ShouldBe(-0.0);
        row.Values["f"].ShouldBe(1.0);
        row.Values["big"].ShouldBe(12345678901234567890d);
        row.Values["e"].ShouldBe(100.0);
        row.Values["s"].ShouldBe("ü");
        row.Values["t"].ShouldBe(true);
        row.Values["z"].ShouldBeNull();
        JsonValue.ToText(row.Values["l"]).ShouldBe("[1,[\"x\"]]");
        ((IReadOnlyDictionary<string, object?>)row.Values["o"]!)["k"].ShouldBe(3L);
    }

    [Fact]
    public async Task A_bad_line_is_an_error_of_its_own_and_says_where_and_why()
    {
        var rows = await Read("{\"a\": 1}\n{\"a\": tru}\n[1, 2]\n{\"a\": 1}}\n{\"a\": 1e999}\n{\"a\": \"\\ud800\"}\n{\"a\"\n{\"b\": 2}\n");

        rows.Count.ShouldBe(8);
        rows.Select(row => row.Row).ShouldBe([0, 1, 2, 3, 4, 5, 6, 7]);
        rows.Select(row => row.Line).ShouldBe([1, 2, 3, 4, 5, 6, 7, 8]);
        rows[1].Offset.ShouldBe(9);
        rows[1].Error!.ShouldStartWith("not valid JSON at byte 9 of the line: ");
        rows[2].Error.ShouldBe("expected a JSON object, found an array");
        rows[3].Error!.ShouldContain("not valid JSON at byte 8");
        rows[4].Error!.ShouldContain("out of range");
        rows[5].Error!.ShouldContain("surrogate");
        rows[6].Error!.ShouldContain("not valid JSON");
        rows[7].Values!["b"].ShouldBe(2L);
        rows.Count(row => row.Error is null).ShouldBe(2);
    }

    [Fact]
    public async Task Text_that_is_not_UTF8_is_its_lines_error()
    {
        var rows = await Read([.. "{\"a\": \""u8, 0xC3, 0x28, .. "\"}\n{\"a\": \"ok\"}"u8]);

        rows[0].Error!.ShouldContain("not valid UTF-8");
        rows[1].Values!["a"].ShouldBe("ok");
    }

    [Fact]
    public async Task A_byte_order_mark_CR_LF_and_blank_lines_are_passed_over()
    {
        var rows = await Read([0xEF, 0xBB, 0xBF, .. "\r\n{\"a\": 1}\r\n \t\r\n{\"a\": 2}"u8]);

        rows.Select(row => row.Values!["a"]).ShouldBe([1L, 2L]);
        rows.Select(row => row.Line).ShouldBe([2, 4]);
        rows[0].Offset.ShouldBe(5);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public async Task A_line_over_the_limit_is_an_error_and_its_neighbours_are_read(int step)
    {
        var text = "{\"a\": 1}\n{\"a\": \"" + new string('x', 200_000) + "\"}\n{\"a\": 3}\n";
        var options = new TextTableOptions { MaxRowBytes = 1000 };
        var rows = await JsonlReader.ReadAsync(new TrickleStream(Encoding.UTF8.GetBytes(text), step), null, options).ToListAsync();

        rows.Count.ShouldBe(3);
        rows[1].Error.ShouldBe("the line is longer than 1000 bytes");
        rows[2].Values!["a"].ShouldBe(3L);
        rows[2].Line.ShouldBe(3);
    }

    [Fact]
    public void Every_row_belongs_to_exactly_one_of_any_adjoining_byte_ranges() =>
        Prop.ForAll(Files(), Gen.Choose(0, 3000).ListOf().ToArbitrary(), Gen.Choose(1, 50).ToArbitrary(), (file, cuts, step) =>
        {
            var whole = Read(file).Result.Select(row => (row.Offset, row.Error)).ToList();
            long[] borders = [0, .. cuts.Select(cut => (long)cut).Order(), long.MaxValue];
            var parts = borders.Zip(borders.Skip(1))
                .SelectMany(range => JsonlReader.ReadAsync(new TrickleStream(file, step), new RowRange(range.First, range.Second)).ToListAsync().AsTask().Result)
                .Select(row => (row.Offset, row.Error));
            return whole.SequenceEqual(parts);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_the_writer_writes_is_read_back()
    {
        using var stream = new MemoryStream();
        using (var writer = new JsonlWriter(stream))
        {
            writer.Write(new Dictionary<string, object?> { ["a"] = 1L, ["b"] = 2.0, ["c"] = "<\"é🍡\n>", ["d"] = new object?[] { null, 1e300 } });
            writer.Write(new TableSchema(new Column("x", ColumnType.Boolean), new Column("y", ColumnType.String)), [true, null]);
            Should.Throw<TableException>(() => writer.Write(new Dictionary<string, object?> { ["a"] = double.NaN })).Message.ShouldStartWith("Row 2: ");
        }

        Encoding.UTF8.GetString(stream.ToArray()).ShouldBe("{\"a\":1,\"b\":2.0,\"c\":\"<\\\"é\\uD83C\\uDF61\\n>\",\"d\":[null,1E+300]}\n{\"x\":true,\"y\":null}\n");
    }

    private static Arbitrary<byte[]> Files() =>
        (from lines in Gen.Elements(Lines).ListOf()
         from crlf in Gen.Elements("\n", "\r\n")
         from last in Gen.Elements("", "\n")
         from mark in Gen.Elements("", "\uFEFF")
         select Encoding.UTF8.GetBytes(mark + string.Join(crlf, lines) + last)).ToArbitrary();

    private static Task<List<SourceRow>> Read(string text) => Read(Encoding.UTF8.GetBytes(text));

    private static async Task<List<SourceRow>> Read(byte[] file) => await JsonlReader.ReadAsync(new MemoryStream(file)).ToListAsync();
}
