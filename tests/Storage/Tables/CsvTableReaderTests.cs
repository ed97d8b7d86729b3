using System.Text;
using CsvHelper;
using FsCheck;
using FsCheck.Fluent;
using Serverless.Storage.Tables;

namespace Serverless.Storage.Tests.Tables;

public sealed class CsvTableReaderTests
{
    [Fact]
    public async Task Fields_keep_quotes_line_breaks_and_spaces_and_stay_text()
    {
        var rows = await Read("\uFEFFid,text\r\n1,\"a \"\"b\"\"\r\nc, d\"\r\n\r\n 2 ,x\"y\n3,\"\"\n,");

        rows.Select(row => row.Values!["id"]).ShouldBe(["1", " 2 ", "3", ""]);
        rows.Select(row => row.Values!["text"]).ShouldBe(["a \"b\"\r\nc, d", "x\"y", "", ""]);
        rows.Select(row => row.Line).ShouldBe([2, 5, 6, 7]);
    }

    [Fact]
    public async Task A_bad_record_is_an_error_of_its_own_and_says_where_and_why()
    {
        var rows = await Read("a,b\n1\n1,2,3\n\"x\"y,2\nok,2\n1,\"open\n2,3\n");

        rows[0].Error.ShouldBe("expected 2 fields as in the header, found 1");
        rows[1].Error.ShouldBe("expected 2 fields as in the header, found 3");
        rows[2].Error!.ShouldStartWith("field 1 goes on behind its closing quote");
        rows[3].Error.ShouldBeNull();
        rows[4].Error.ShouldBe("the quote that opens field 2 is not closed");
        rows[4].Line.ShouldBe(6);
        rows.Count.ShouldBe(5);
    }

    [Fact]
    public async Task A_field_that_is_not_UTF8_is_its_records_error()
    {
        var reader = await CsvTableReader.OpenAsync(new MemoryStream([.. "a,b\n1,"u8, 0xFF, .. "\n3,4\n"u8]));
        var rows = await reader.ReadAsync().ToListAsync();

        rows[0].Error.ShouldBe("field 2 is not valid UTF-8");
        rows[1].Values!["b"].ShouldBe("4");
    }

    [Theory]
    [InlineData("", "The CSV file is empty")]
    [InlineData("a,,c\n", "needs a name")]
    [InlineData("a,A\n", "two columns named \"a\" and \"A\"")]
    [InlineData("a,\"b\n", "Line 1, the header of the CSV file, cannot be read: the quote that opens field 2 is not closed")]
    public async Task A_header_that_names_no_columns_is_refused(string text, string message) =>
        (await Should.ThrowAsync<TableException>(() => Read(text))).Message.ShouldContain(message);

    [Fact]
    public async Task Types_are_inferred_only_when_asked_for_and_then_convert()
    {
        var text = "i,f,b,zip,s,e\n1,1.5,true,007,x,\n-20,2,False,123,1,\n,,,,,\n";
        var reader = await CsvTableReader.OpenAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)));
        var schema = await reader.InferSchemaAsync();
        var rows = await reader.ReadAsync(schema: schema).ToListAsync();

        schema.ToString().ShouldBe("i: int64, f: float64, b: boolean, zip: string, s: string, e: string");
        rows[1].Values!.Values.ShouldBe([-20L, 2.0, false, "123", "1", ""]);
        rows[2].Values!.Values.ShouldBe([null, null, null, "", "", ""]);
    }

    [Fact]
    public async Task A_field_that_does_not_convert_makes_its_row_bad()
    {
        var reader = await CsvTableReader.OpenAsync(new MemoryStream("n\n1\nx\n"u8.ToArray()));
        var rows = await reader.ReadAsync(schema: new TableSchema(new Column("n", ColumnType.Int64))).ToListAsync();

        rows[1].Error.ShouldBe("column \"n\": expected int64, found \"x\"");
    }

    [Fact]
    public void What_CsvHelper_writes_is_read_back_whole_and_in_ranges_of_whole_rows() =>
        Prop.ForAll(Tables(), Gen.Choose(1, 4).ToArbitrary(), Gen.Choose(1, 30).ToArbitrary(), (table, maxRows, step) =>
        {
            var file = WriteWithCsvHelper(table.Rows, table.Delimiter, table.NewLine);
            var reader = CsvTableReader.OpenAsync(new TrickleStream(file, step), new TextTableOptions { Delimiter = table.Delimiter }).Result;
            var whole = reader.ReadAsync().ToListAsync().AsTask().Result;
            whole.Select(row => string.Join('|', row.Values!.Values)).ShouldBe(table.Rows.Select(row => string.Join('|', row)));

            var starts = whole.Chunk(maxRows).Select(rows => rows[0]).ToList();
            var ranges = starts.Select((start, i) => new RowRange(start.Offset, i + 1 < starts.Count ? starts[i + 1].Offset : file.Length, start.Row, FirstLine: start.Line));
            var read = ranges.SelectMany(range => reader.ReadAsync(range).ToListAsync().AsTask().Result).ToList();
            read.Select(row => (row.Row, row.Line, row.Offset)).ShouldBe(whole.Select(row => (row.Row, row.Line, row.Offset)));
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("a.tsv", '\t')]
    [InlineData("a.TAB", '\t')]
    [InlineData("a.csv", ',')]
    [InlineData("a.txt", ',')]
    public void The_delimiter_goes_by_the_files_extension(string name, char delimiter) =>
        TextTableOptions.DelimiterOf(name).ShouldBe(delimiter);

    private static Arbitrary<(string[][] Rows, char Delimiter, string NewLine)> Tables() =>
        (from rows in Gen.Elements("", "a", "b c", " x ", "1,2", "t\tt", "q\"q", "\"", "\"\n,\"", "x\"\ny", "l\nl", "c\r\nc", "ü🍡", "\"\"", ",").ArrayOf(2).Where(row => row[0] + row[1] != "").ListOf()
         from delimiter in Gen.Elements(',', '\t')
         from newLine in Gen.Elements("\n", "\r\n")
         select (rows.ToArray(), delimiter, newLine)).ToArbitrary();

    private static byte[] WriteWithCsvHelper(string[][] rows, char delimiter, string newLine)
    {
        using var stream = new MemoryStream();
        using (var writer = CsvWriter.Create(stream, new CsvWriterOptions { Separator = delimiter, NewLine = newLine }, true))
            foreach (var row in rows.Prepend(["first", "second"]))
                writer.WriteRecord(row);
        return stream.ToArray();
    }

    private static async Task<List<SourceRow>> Read(string text)
    {
        var reader = await CsvTableReader.OpenAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)));
        return await reader.ReadAsync().ToListAsync();
    }
}
