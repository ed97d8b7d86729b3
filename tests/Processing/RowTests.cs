using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Serverless.Contracts.Errors;
using Serverless.Processing.Output;
using Serverless.Processing.Rows;
using Serverless.Storage.Tables;

namespace Serverless.Processing.Tests;

public sealed class RowTests
{
    static readonly Row Row = Row.Of(("a", 1), ("b", "x"), ("c", null));

    [Fact]
    public void A_row_never_changes()
    {
        var other = Row.With("b", "y").With("d", 2.5);
        Row["b"].ShouldBe("x");
        Row.Columns.ShouldBe(["a", "b", "c"]);
        other["b"].ShouldBe("y");
        other.Columns.ShouldBe(["a", "b", "c", "d"]);
        Row.Select("c", "a").Columns.ShouldBe(["c", "a"]);
        Row.Without("b", "zzz").Columns.ShouldBe(["a", "c"]);
        Row.Rename("b", "z").Columns.ShouldBe(["a", "z", "c"]);
        Row.Rename("b", "z")["z"].ShouldBe("x");
    }

    [Fact]
    public void A_wrong_type_names_column_expected_and_found()
    {
        var error = Should.Throw<RowException>(() => Row.GetInt64("b"));
        error.Code.ShouldBe(ErrorCodes.ValueMismatch);
        error.Message.ShouldBe("column \"b\": expected a whole number, found the text \"x\"");
        Row.GetDouble("a").ShouldBe(1);
        Row.GetString("c").ShouldBeNull();
    }

    [Fact]
    public void Adding_and_reading_many_columns_keeps_all_of_them() => Prop.ForAll<NonNull<string>[]>(names =>
    {
        var row = names.Select((name, i) => (name.Get, i)).Aggregate(Row.Empty, (made, column) => made.With(column.Get, column.i));
        var last = names.Select((name, i) => (name.Get, i)).GroupBy(column => column.Get).ToDictionary(same => same.Key, same => (long)same.Last().i);
        return row.Columns.SequenceEqual(names.Select(name => name.Get).Distinct()) && last.All(column => row[column.Key] is long value && value == column.Value);
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("[1, 2.5]", "float64")]
    [InlineData("[1, null]", "int64")]
    [InlineData("[null]", "string")]
    [InlineData("[true, 1]", "string")]
    [InlineData("[[1], [2.5], []]", "list<float64>")]
    [InlineData("[{\"a\": 1}, {\"b\": \"x\"}]", "struct<a: int64, b: string>")]
    [InlineData("[{\"a\": 1}, {\"A\": 1}]", "string")]
    [InlineData("[{\"a\": 1}, [1]]", "string")]
    [InlineData("[{}]", "string")]
    [InlineData("[[[[[[[[[[1]]]]]]]]]]", "list<list<list<list<list<list<list<list<string>>>>>>>>")]
    public void The_type_of_values_is_the_narrowest_that_holds_all(string values, string type)
    {
        var inference = new TypeInference();
        foreach (var value in JsonDocument.Parse(values).RootElement.EnumerateArray())
            inference.Observe(RowValue.FromJson(value));
        inference.Type.ToString().ShouldBe(type);
    }

    [Fact]
    public void Values_of_the_input_always_fit_the_type_that_was_found_for_them()
    {
        var scalar = Gen.OneOf(
            Gen.Constant<object?>(null), Gen.Elements<object?>(true, false), Gen.Choose(0, 9).Select(i => (object?)(long)i), Gen.Elements<object?>(0.5, 2.0), Gen.Elements<object?>("x", "y"));
        var list = Gen.ListOf(scalar).Select(items => (object?)items.ToArray());
        var record = Gen.ListOf(Gen.Zip(Gen.Elements("p", "q", "r"), Gen.OneOf(scalar, list)))
            .Select(fields => (object?)fields.GroupBy(field => field.Item1).ToDictionary(same => same.Key, same => same.First().Item2));
        Prop.ForAll(Gen.ArrayOf(Gen.OneOf(scalar, list, record)).ToArbitrary(), values =>
        {
            var inference = new SchemaInference();
            foreach (var value in values)
                inference.Observe(Row.Of(("v", value)));
            if (values.Length == 0)
                return true;
            var schema = new OutputSchema(new TableSchema([.. inference.Columns()]), ["v"]);
            return values.All(value => schema.Table.Check(schema.Values(Row.Of(("v", value)))) is null);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_schema_survives_being_written_down()
    {
        var schema = new TableSchema(
            new Column("a", ColumnType.List(ColumnType.Struct(new Column("x, y: int64>", ColumnType.Boolean)))),
            new Column("b", ColumnType.Float64));
        var text = JsonSerializer.Serialize(SchemaRecords.ToRecords(schema));
        SchemaRecords.FromRecords(JsonSerializer.Deserialize<Contracts.Results.ColumnRecord[]>(text)!).ShouldBe(schema);
    }
}
