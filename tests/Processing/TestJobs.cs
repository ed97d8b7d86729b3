using Serverless.Inference;
using Serverless.Inference.Chat;
using Serverless.Processing.Rows;

namespace Serverless.Processing.Tests;

/// <summary>A folder that goes with its test.</summary>
internal sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("serverless-").FullName;

    public string Sub(string name) => System.IO.Path.Combine(Path, name);

    public string Write(string name, string content)
    {
        var path = Sub(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>Processors over a scripted engine.</summary>
internal static class TestJobs
{
    public static LlmProcessorConfig Config(ScriptedEngine engine) => new("scripted")
    {
        LoadEngine = (_, _) => Task.FromResult<IGenerationEngine>(engine),
        ModelRevision = (_, _) => Task.FromResult("r1"),
        ProgramVersion = "1",
        BatchSize = 3,
    };

    public static Prompt Ask(Row row) => new() { Messages = [new ChatMessage("user", row.GetString("item"))] };

    public static async Task<List<Row>> ToListAsync(this IAsyncEnumerable<Row> rows)
    {
        List<Row> list = [];
        await foreach (var row in rows)
            list.Add(row);
        return list;
    }

    public static IEnumerable<string> Items(int count) => Enumerable.Range(0, count).Select(i => $"item {i}");
}
