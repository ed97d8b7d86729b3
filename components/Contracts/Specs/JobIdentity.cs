using System.Text.Json;
using System.Text.Json.Nodes;

namespace Serverless.Contracts.Specs;

/// <summary>
/// What makes a job this job: the parts of its spec that decide which rows come out. Two specs with the same identity, over the
/// same files and the same model revision, are the same job, and one goes on where the other stopped.
/// </summary>
public static class JobIdentity
{
    /// <summary>
    /// Fields that decide when, where and how fast a job runs, but no row: changing one of them resumes. The batch size belongs
    /// here because the plan that is stored in the output folder, once written, decides the shards. The model's source and the
    /// input's place stand for content whose own identity (revision, file identities) is in the fingerprint.
    /// </summary>
    static readonly string[] Irrelevant =
    [
        "id", "name", "batch_size", "concurrency", "max_concurrent_batches", "placement", "max_attempts", "on_row_error", "max_error_rate",
        "deadline", "priority", "notify", "metadata",
        "model.source", "model.base_url", "model.secret_ref",
        "model.engine_args.max_num_seqs", "model.engine_args.gpu_memory_utilization",
        "model.engine_args.enable_prefix_caching", "model.engine_args.tensor_parallel", "model.engine_args.pipeline_parallel",
        "input.uri", "output.uri", "output.mode",
    ];

    /// <summary>The identity of a spec as a document without defaults, so that a field that a later version adds changes nothing.</summary>
    /// <param name="spec">The job.</param>
    public static JsonObject Of(JobSpec spec)
    {
        var document = ToNode(spec);
        foreach (var path in Irrelevant)
            Remove(document, path.Split('.'));
        RemoveDefaults(document, ToNode(new JobSpec
        {
            Model = new ModelSpec { Source = "" },
            Input = new InputSpec(),
            Output = new OutputSpec { Uri = "" },
        }));
        return document;
    }

    static JsonObject ToNode(JobSpec spec) => JsonSerializer.SerializeToNode(spec, ContractsJson.Compact)!.AsObject();

    static void Remove(JsonObject document, ReadOnlySpan<string> path)
    {
        if (path.Length == 1)
            document.Remove(path[0]);
        else if (document[path[0]] is JsonObject inner)
            Remove(inner, path[1..]);
    }

    static void RemoveDefaults(JsonObject document, JsonObject defaults)
    {
        foreach (var (name, value) in document.ToList())
        {
            if (value is JsonObject inner && defaults[name] is JsonObject innerDefaults)
                RemoveDefaults(inner, innerDefaults);
            if (value is JsonObject { Count: 0 } || (defaults.ContainsKey(name) && JsonNode.DeepEquals(value, defaults[name])))
                document.Remove(name);
        }
    }
}
