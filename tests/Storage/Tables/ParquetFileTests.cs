using Serverless.Storage.Duck;
using Serverless.Storage.Tables;

namespace Serverless.Storage.Tests.Tables;

public sealed class ParquetFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("parquet-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Any_range_of_rows_is_read_from_the_row_groups_that_hold_it()
    {
        using var file = Numbers(10_000, rowGroupRows: 2048);

        file.RowGroups.Select(group => (group.FirstRow, group.RowCount)).ShouldBe([(0, 2048), (2048, 2048), (4096, 2048), (6144, 2048), (8192, 1808)]);
        file.RowGroups.ShouldAllBe(group => group.Bytes > 0 && group.CompressedBytes > 0);
        foreach (var (first, count) in new[] { (0L, 10_000L), (0L, 1L), (2047L, 2L), (4096L, 2048L), (9_999L, 5L), (5L, long.MaxValue), (10_000L, 1L), (20_000L, 1L), (7L, 0L) })
            file.ReadRows(first, count).Select(row => row[0]).ShouldBe(Enumerable.Range(0, 10_000).Skip((int)first).Take((int)Math.Min(count, 10_000)).Select(n => (object?)(long)n));
    }

    [Fact]
    public void Leaving_an_enumeration_early_leaves_the_file_readable()
    {
        using var file = Numbers(5000, rowGroupRows: 2048);
        file.ReadRows().Take(3).Count().ShouldBe(3);
        file.ReadRows(4999).Single()[0].ShouldBe(4999L);
    }

    [Theory]
    [InlineData("42::TINYINT", "int64", 42L)]
    [InlineData("4294967295::UINTEGER", "int64", 4294967295L)]
    [InlineData("18446744073709551615::UBIGINT", "string", "18446744073709551615")]
    [InlineData("1.5::FLOAT", "float64", 1.5)]
    [InlineData("12.25::DECIMAL(10,2)", "float64", 12.25)]
    [InlineData("DATE '2024-02-29'", "string", "2024-02-29")]
    [InlineData("TIMESTAMP '2024-02-29 12:34:56.789'", "string", "2024-02-29 12:34:56.789")]
    [InlineData("TIMESTAMPTZ '2024-02-29 12:34:56+02'", "string", "2024-02-29 10:34:56+00")]
    [InlineData("TIME '12:34:56'", "string", "12:34:56")]
    [InlineData("uuid '00112233-4455-6677-8899-aabbccddeeff'", "string", "00112233-4455-6677-8899-aabbccddeeff")]
    [InlineData("'a\\x00'::BLOB", "string", "a\\x00")]
    [InlineData("NULL::INTEGER", "int64", null)]
    public void A_type_that_tables_lack_is_read_as_the_nearest(string value, string type, object? expected)
    {
        using var file = Query($"SELECT {value} AS v");

        file.Schema.ToString().ShouldBe($"v: {type}");
        file.ReadRows().Single()[0].ShouldBe(expected);
    }

    [Fact]
    public void Nested_types_that_tables_lack_are_read_as_the_nearest()
    {
        using var file = Query("SELECT MAP {'k': 1::INTEGER} AS m, [DATE '2024-01-01', NULL] AS l, {'d': 1.5::DECIMAL(4,1), 'u': [1::UTINYINT]} AS s, array_value(1::INTEGER, 2) AS a");

        file.Schema.ToString().ShouldBe("m: list<struct<key: string, value: int64>>, l: list<string>, s: struct<d: float64, u: list<int64>>, a: list<int64>");
        JsonValue.ToText(file.ReadRows().Single()).ShouldBe("[[{\"key\":\"k\",\"value\":1}],[\"2024-01-01\",null],{\"d\":1.5,\"u\":[1]},[1,2]]");
    }

    [Fact]
    public void A_column_called_file_row_number_does_not_stand_in_the_way()
    {
        using var file = Query("SELECT 10 * i AS file_row_number FROM range(5000) t(i)");
        file.ReadRows(4000, 2).Select(row => row[0]).ShouldBe([40_000L, 40_010L]);
    }

    [Fact]
    public void Columns_that_differ_by_case_alone_are_refused_by_name()
    {
        var path = Path.Combine(folder, "case.parquet");
        using (var connection = DuckDatabase.Connect()) connection.Execute($"COPY (SELECT 1 AS \"a\", 2 AS \"b\") TO {Sql.Text(path)} (FORMAT parquet)");
        var bytes = File.ReadAllBytes(path);
        for (var i = 0; i < bytes.Length - 1; i++) if (bytes[i] == 1 && bytes[i + 1] == (byte)'b') bytes[i + 1] = (byte)'A';
        File.WriteAllBytes(path, bytes);

        using var file = ParquetFile.Open(path);
        file.Schema.ToString().ShouldBe("a: int64, A_1: int64");
        file.ReadRows().Single().ShouldBe([1L, 2L]);
    }

    [Fact]
    public void A_file_that_is_absent_or_no_Parquet_is_named_with_the_reason()
    {
        var absent = Path.Combine(folder, "absent.parquet");
        Should.Throw<TableException>(() => ParquetFile.Open(absent)).Message.ShouldBe($"{absent} does not exist.");

        var text = Path.Combine(folder, "text.parquet");
        File.WriteAllText(text, "{\"this\": \"is JSON\"}");
        var message = Should.Throw<TableException>(() => ParquetFile.Open(text)).Message;
        message.ShouldStartWith($"{text} could not be read as Parquet: ");
        message.ShouldNotContain("SELECT");
    }

    [Fact]
    public void A_file_that_was_cut_or_damaged_is_an_error_not_wrong_rows()
    {
        string path;
        using (var file = Numbers(5000, rowGroupRows: 2048)) path = file.Path;
        var bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..^10]);
        Should.Throw<TableException>(() => ParquetFile.Open(path));

        bytes.AsSpan(4, 2000).Fill(0xEE);
        File.WriteAllBytes(path, bytes);
        using var damaged = ParquetFile.Open(path);
        Should.Throw<TableException>(() => damaged.ReadRows().Count()).Message.ShouldStartWith($"{path} could not be read");
    }

    [Fact]
    public void The_database_reaches_no_network_and_its_settings_are_locked()
    {
        using var connection = DuckDatabase.Connect();
        Should.Throw<DuckException>(() => connection.Execute("SELECT * FROM read_parquet('https://127.0.0.1:1/x.parquet')")).Message.ShouldContain("httpfs");
        Should.Throw<DuckException>(() => connection.Execute("SET threads = 2")).Message.ShouldContain("locked");
    }

    private ParquetFile Numbers(int count, int rowGroupRows)
    {
        var path = Path.Combine(folder, "numbers.parquet");
        using var writer = ParquetWriter.Create(path, new TableSchema(new Column("n", ColumnType.Int64)), new ParquetWriterOptions { RowGroupRows = rowGroupRows });
        for (var i = 0L; i < count; i++) writer.Write([i]);
        writer.Complete();
        return ParquetFile.Open(path);
    }

    private ParquetFile Query(string sql)
    {
        var path = Path.Combine(folder, "query.parquet");
        using (var connection = DuckDatabase.Connect()) connection.Execute($"COPY ({sql}) TO {Sql.Text(path)} (FORMAT parquet)");
        return ParquetFile.Open(path);
    }
}
