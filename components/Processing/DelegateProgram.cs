using System.Reflection;
using System.Text.Json.Nodes;
using Serverless.Contracts.Errors;
using Serverless.Processing.Pipeline;
using Serverless.Processing.Rows;
using Serverless.Storage.Tables;

namespace Serverless.Processing;

/// <summary>A C# program's functions. What they throw about a row is that row's error.</summary>
internal sealed class DelegateProgram(Func<Row, Prompt> preprocess, Func<Row, Row>? postprocess) : IRowProgram
{
    /// <summary>
    /// Identity of the code: which methods of which build. A deterministic build of unchanged sources keeps its module version id, so
    /// the same program resumes and a changed one is another job.
    /// </summary>
    public JsonObject Identity => new() { ["preprocess"] = Identify(preprocess.Method), ["postprocess"] = postprocess is null ? null : Identify(postprocess.Method) };

    public Prompt Preprocess(Row row) => Run(preprocess, row, ErrorCodes.Preprocess);

    public Row Postprocess(Row row) => postprocess is null ? row : Run(postprocess, row, ErrorCodes.Postprocess);

    public IReadOnlyList<Column> PlanColumns(IReadOnlyList<Column> visible) => [];

    public void TryOn(IReadOnlyList<Column> columns, Row first)
    {
        // A function may well refuse a first row and take the second.
    }

    static T Run<T>(Func<Row, T> function, Row row, string code)
    {
        try
        {
            return function(row) ?? throw new RowException(code, "the function returned null");
        }
        catch (Exception e) when (e is not RowException)
        {
            throw new RowException(code, $"{e.GetType().Name}: {e.Message}", e);
        }
    }

    static string Identify(MethodInfo method) => $"{method.Module.ModuleVersionId}/{method.MetadataToken:x8}";
}
