using System.Text.Json;
using System.Text.Json.Nodes;
using Serverless.Contracts.Specs;

namespace Serverless.Contracts.Validation;

/// <summary>A document that was read: a spec, or what is wrong with it.</summary>
/// <param name="Spec">The spec; null if the document has errors.</param>
/// <param name="Errors">Everything that is wrong, not only the first.</param>
public sealed record JobSpecResult(JobSpec? Spec, IReadOnlyList<SpecError> Errors);

/// <summary>Turns a JSON document into a validated <see cref="JobSpec"/>: the edge where unknown fields are refused.</summary>
public static class JobSpecReader
{
    /// <summary>Reads and validates a document.</summary>
    /// <param name="document">The document; YAML files are turned into the same tree by their reader.</param>
    /// <param name="target">Who shall run it. Default: one process.</param>
    public static JobSpecResult Read(JsonNode? document, JobTarget target = JobTarget.Process)
    {
        var errors = new List<SpecError>();
        SpecShape.Check(document, typeof(JobSpec), "", errors);
        if (errors.Count > 0)
            return new JobSpecResult(null, errors);
        var spec = document.Deserialize<JobSpec>(ContractsJson.Compact)!;
        errors.AddRange(JobSpecValidator.Validate(spec, target));
        return new JobSpecResult(errors.Count == 0 ? spec : null, errors);
    }
}
