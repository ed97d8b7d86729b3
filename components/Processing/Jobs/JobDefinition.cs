using System.Text.Json.Nodes;
using Serverless.Contracts;
using Serverless.Contracts.Results;
using Serverless.Contracts.Specs;
using Serverless.Inference;
using Serverless.Processing.Datasets;
using Serverless.Processing.Pipeline;

namespace Serverless.Processing.Jobs;

/// <summary>A job ready to run: what a job file or a C# program says, with its parts resolved.</summary>
internal sealed record JobDefinition
{
    /// <summary>The job; a program's has no templates.</summary>
    public required JobSpec Spec { get; init; }

    public required Dataset Dataset { get; init; }

    public required IRowProgram Program { get; init; }

    /// <summary>Identity of a program's functions; null for a job file, whose templates stand in the spec.</summary>
    public JsonNode? ProgramIdentity { get; init; }

    /// <summary>Which model, and how to run it.</summary>
    public required EngineOptions EngineOptions { get; init; }

    /// <summary>Variables of the chat template for every row.</summary>
    public IReadOnlyDictionary<string, object?>? ChatTemplateKwargs { get; init; }

    /// <summary>Whether a row may have several completions.</summary>
    public required bool HasSamples { get; init; }

    public PipelineOptions PipelineOptions => new()
    {
        Job = Spec.Id ?? "",
        HasSamples = HasSamples,
        PreparedRows = Spec.Model.EngineArgs.MaxNumSeqs,
        ChatTemplateKwargs = ChatTemplateKwargs,
    };

    /// <summary>Whether the columns can be planned; otherwise the first finished shard decides them.</summary>
    public bool HasPlannedColumns => ProgramIdentity is null;

    /// <summary>
    /// What makes the job this job (docs/decisions, "Job fingerprint"): the spec without what decides no row, the program, the
    /// files, the model's revision.
    /// </summary>
    public JsonObject Identity(IReadOnlyList<InputFileRecord> files, string modelRevision)
    {
        var identity = JobIdentity.Of(Spec);
        Section(identity, "model")["revision"] = modelRevision;
        var input = Section(identity, "input");
        foreach (var file in files)
            Section(input, "files")[file.Path] = new JsonObject { ["size"] = file.Size, ["etag"] = file.ETag };
        if (Spec.Input.Items is null && Dataset.Source.Identity is { } rows)
            input["rows"] = rows;
        if (Dataset.RowLimit is { } limit)
            input["limit"] = limit;
        if (Spec.Model.EngineArgs.ChatTemplate is { } template && File.Exists(template))
            Section(Section(identity, "model"), "engine_args")["chat_template"] = CanonicalJson.Fingerprint(File.ReadAllText(template));
        if (ProgramIdentity is not null)
            identity["program"] = ProgramIdentity.DeepClone();
        return identity;
    }

    static JsonObject Section(JsonObject parent, string name)
    {
        if (parent[name] is not JsonObject section)
            parent[name] = section = [];
        return section;
    }
}
