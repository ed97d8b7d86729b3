using System.Text.Json;
using System.Text.Json.Nodes;

namespace Serverless.EndToEnd.Tests;

/// <summary>Documents of jobs for the service: haiku-tiny, few rows.</summary>
internal static class ServiceJob
{
    /// <summary>A job over rows in the document.</summary>
    public static JsonObject OfItems(string output, params IEnumerable<string> items) => Of(output, new JsonObject { ["items"] = new JsonArray([.. items.Select(item => JsonValue.Create(item))]) });

    /// <summary>A job over files.</summary>
    public static JsonObject OfFiles(string output, string uri, string format = "auto") => Of(output, new JsonObject { ["uri"] = uri, ["format"] = format });

    /// <summary>A job of so many shards of so many rows that a test has time to do something with it.</summary>
    public static JsonObject Long(string output, int shards, int rowsPerShard)
    {
        var job = OfItems(output, Enumerable.Range(0, shards * rowsPerShard).Select(Item));
        job["batch_size"] = rowsPerShard;
        return job;
    }

    public static string Item(int index) => $"Night train number {index}...";

    public static string Text(this JsonObject job) => job.ToJsonString();

    /// <summary>The same job with one field set, by a path such as <c>model.source</c>.</summary>
    public static JsonObject With(this JsonObject job, string path, object? value)
    {
        var at = job;
        var names = path.Split('.');
        foreach (var name in names[..^1])
        {
            at = at[name] as JsonObject ?? (JsonObject)(at[name] = new JsonObject());
        }

        at[names[^1]] = JsonSerializer.SerializeToNode(value);
        return job;
    }

    private static JsonObject Of(string output, JsonObject input) => new()
    {
        ["name"] = "haiku",
        ["model"] = new JsonObject { ["source"] = SampleModel.HaikuTiny },
        ["input"] = input,
        ["preprocess"] = new JsonObject
        {
            ["messages"] = new JsonArray(
                new JsonObject { ["role"] = "system", ["content"] = "You are a bot that completes unfinished haikus." },
                new JsonObject { ["role"] = "user", ["content"] = "{{ row.item }}" }),
            ["sampling_params"] = new JsonObject { ["temperature"] = 0.3, ["max_tokens"] = 60 },
        },
        ["postprocess"] = new JsonObject { ["columns"] = new JsonObject { ["answer"] = "{{ row.generated_text }}" } },
        ["output"] = new JsonObject { ["uri"] = output },
    };
}
