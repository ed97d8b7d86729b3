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

    public EngineColumns(IReadOnlyCollection<OutputColumn> include, bool samples)
    {
        names = [.. OutputColumns.Written(include, samples)];
        nameSet = names.ToFrozenSet();
        Columns = [.. names.Select(name => new Column(name, TypeOf(name)))];
    }

    public IReadOnlyList<Column> Columns { get; }

    public IReadOnlySet<string> Names => nameSet;

    /// <summary>The row with the engine's columns for one of its completions.</summary>
    public Row Answer(Row row, long index, GenerationResult result, Completion completion) =>
        row.WithValues(names, Values(name => name switch
        {
            OutputColumns.RowIndex => index,
            OutputColumns.SampleIndex => (long)completion.Index,
            OutputColumns.GeneratedText => completion.Text,
            OutputColumns.NumInputTokens => (long)result.NumInputTokens,
            OutputColumns.NumGeneratedTokens => (long?)completion.NumTokens,
            OutputColumns.FinishReason => completion.FinishReason == FinishReason.Length ? "length" : "stop",
            OutputColumns.Prompt => result.Request.Prompt,
            OutputColumns.GeneratedTokens => completion.TokenIds.Select(token => (object?)(long)token).ToArray(),
            OutputColumns.Logprobs => completion.Logprobs?.Select(ToStruct).ToArray(),
            OutputColumns.TimeTakenLlm => result.TimeTaken.TotalSeconds,
            _ => null,
        }));

    /// <summary>The row with the engine's columns for a failure.</summary>
    public Row Failure(Row row, long index, RowError error) =>
        row.WithValues(names, Values(name => name switch
        {
            OutputColumns.RowIndex => index,
            OutputColumns.FinishReason => "error",
            OutputColumns.Error => ToStruct(error),
            _ => null,
        }));

    object?[] Values(Func<string, object?> valueOf) => Array.ConvertAll(names, name => valueOf(name));

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
