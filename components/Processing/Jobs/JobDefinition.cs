using System.Text.Json.Nodes;
using Serverless.Contracts;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Contracts.Specs;
using Serverless.Contracts.Validation;
using Serverless.Inference;
using Serverless.Processing.Datasets;
using Serverless.Processing.Pipeline;
using Serverless.Processing.Rows;
using Serverless.Processing.Templates;

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

    /// <summary>The job of a job file.</summary>
    /// <exception cref="JobException">It is wrong; the message has a line for every mistake.</exception>
    public static JobDefinition Of(JobSpec spec, JobTarget target = JobTarget.Process)
    {
        var program = TemplateProgram.Parse(spec, out var errors);
        errors = [.. JobSpecValidator.Validate(spec, target), .. errors];
        if (errors.Count > 0)
            throw new JobException(errors[0].Code, string.Join("\n", errors));
        return new JobDefinition
        {
            Spec = spec,
            Dataset = Dataset.Of(spec.Input),
            Program = program,
            EngineOptions = spec.Model.ToEngineOptions(),
            ChatTemplateKwargs = spec.Model.EngineArgs.ChatTemplateKwargs?.ToDictionary(field => field.Key, field => RowValue.FromJson(field.Value)),
            HasSamples = OutputColumns.HasSamples(spec),
        };
    }

    public PipelineOptions PipelineOptions => new()
    {
        Job = Spec.Id ?? "",
        HasSamples = HasSamples,
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

    /// <summary>The files that an identity names, in the order of their rows.</summary>
    public static IReadOnlyList<InputFileRecord> FilesOf(JsonObject identity) => identity["input"]?["files"] is JsonObject files
        ? [.. files.Select(file => new InputFileRecord(file.Key, file.Value!["size"]!.GetValue<long>(), file.Value["etag"]!.GetValue<string>()))]
        : [];

    static JsonObject Section(JsonObject parent, string name)
    {
        if (parent[name] is not JsonObject section)
            parent[name] = section = [];
        return section;
    }
}
