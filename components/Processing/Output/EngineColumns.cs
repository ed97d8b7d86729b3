using System.Collections.Frozen;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Specs;
using Serverless.Contracts.Validation;
using Serverless.Inference;
using Serverless.Processing.Rows;
using Serverless.Storage.Tables;

namespace Serverless.Processing.Output;

/// <summary>The columns that the engine writes for one job, their types and their values.</summary>
internal sealed class EngineColumns
{
    static readonly ColumnType ErrorType =
        ColumnType.Struct(new Column("type", ColumnType.String), new Column("message", ColumnType.String), new Column("stage", ColumnType.String));

    static readonly Column[] TokenFields = [new("token_id", ColumnType.Int64), new("logprob", ColumnType.Float64)];

    static readonly ColumnType LogprobsType = ColumnType.List(ColumnType.Struct([.. TokenFields, new("top", ColumnType.List(ColumnType.Struct(TokenFields)))]));

    readonly string[] names;
    readonly FrozenSet<string> nameSet;
    readonly Func<RowAnswer, object?>[] answers;

    public EngineColumns(IReadOnlyCollection<OutputColumn> include, bool samples)
    {
        names = [.. OutputColumns.Written(include, samples)];
        nameSet = names.ToFrozenSet();
        answers = [.. names.Select(AnswerOf)];
        Columns = [.. names.Select(name => new Column(name, TypeOf(name)))];
    }

    public IReadOnlyList<Column> Columns { get; }

    public IReadOnlySet<string> Names => nameSet;

    /// <summary>The row with the engine's columns for one of its completions.</summary>
    public Row Answer(Row row, long index, GenerationResult result, Completion completion) =>
        WithAnswer(row, new RowAnswer(index, result, completion));

    /// <summary>The row with the engine's columns for a failure.</summary>
    public Row Failure(Row row, long index, RowError error) =>
        row.WithValues(names, Array.ConvertAll(names, name => (object?)(name switch
        {
            OutputColumns.RowIndex => index,
            OutputColumns.FinishReason => "error",
            OutputColumns.Error => ToStruct(error),
            _ => null,
        })));

    Row WithAnswer(Row row, RowAnswer answer)
    {
        var values = new object?[answers.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = answers[i](answer);
        return row.WithValues(names, values);
    }

    static Func<RowAnswer, object?> AnswerOf(string name) => name switch
    {
        OutputColumns.RowIndex => answer => answer.Index,
        OutputColumns.SampleIndex => answer => (long)answer.Completion.Index,
        OutputColumns.GeneratedText => answer => answer.Completion.Text,
        OutputColumns.NumInputTokens => answer => (long)answer.Result.NumInputTokens,
        OutputColumns.NumGeneratedTokens => answer => (long?)answer.Completion.NumTokens,
        OutputColumns.FinishReason => answer => answer.Completion.FinishReason == FinishReason.Length ? "length" : "stop",
        OutputColumns.Prompt => answer => answer.Result.Request.Prompt,
        OutputColumns.GeneratedTokens => answer => answer.Completion.TokenIds.Select(token => (object?)(long)token).ToArray(),
        OutputColumns.Logprobs => answer => answer.Completion.Logprobs?.Select(ToStruct).ToArray(),
        OutputColumns.TimeTakenLlm => answer => answer.Result.TimeTaken.TotalSeconds,
        _ => _ => null,
    };

    /// <summary>What columns are made of: the row's position in the dataset and one of its completions.</summary>
    readonly record struct RowAnswer(long Index, GenerationResult Result, Completion Completion);

    public static object ToStruct(RowError error) =>
        new Dictionary<string, object?> { ["type"] = error.Type, ["message"] = error.Message, ["stage"] = error.Stage };

    static object ToStruct(TokenLogprobs token) => new Dictionary<string, object?>
    {
        ["token_id"] = (long)token.TokenId,
        ["logprob"] = (double)token.Logprob,
        ["top"] = token.Top.Select(top => (object?)new Dictionary<string, object?> { ["token_id"] = (long)top.TokenId, ["logprob"] = (double)top.Logprob }).ToArray(),
    };

    static ColumnType TypeOf(string name) => name switch
    {
        OutputColumns.RowIndex or OutputColumns.SampleIndex or OutputColumns.NumInputTokens or OutputColumns.NumGeneratedTokens => ColumnType.Int64,
        OutputColumns.TimeTakenLlm => ColumnType.Float64,
        OutputColumns.GeneratedTokens => ColumnType.List(ColumnType.Int64),
        OutputColumns.Logprobs => LogprobsType,
        OutputColumns.Error => ErrorType,
        _ => ColumnType.String,
    };
}
