using Serverless.Contracts.Errors;
using Serverless.Contracts.Specs;
using Serverless.Contracts.Validation;
using Serverless.Processing.Templates;

namespace Serverless.Processing.Specs;

/// <summary>Reads job files: YAML, or JSON if the name ends in <c>.json</c>. Environment variables are not expanded: a file says the same everywhere.</summary>
public static class JobFile
{
    /// <summary>Reads and checks a file, its templates too.</summary>
    /// <param name="path">The file.</param>
    /// <param name="target">Who shall run it. Default: one process.</param>
    /// <exception cref="JobException">Everything that is wrong, each with file, line and field.</exception>
    public static JobSpec Read(string path, JobTarget target = JobTarget.Process)
    {
        if (Directory.Exists(path))
            throw new JobException(ErrorCodes.InvalidSpec, $"the job file {path} is a folder; name a file in it");
        try
        {
            return Parse(File.ReadAllText(path), path, target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JobException(ErrorCodes.InvalidSpec, $"the job file {path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Reads and checks the text of a file.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">The file's name, for the format and for messages.</param>
    /// <param name="target">Who shall run it. Default: one process.</param>
    /// <exception cref="JobException">Everything that is wrong, each with file, line and field.</exception>
    public static JobSpec Parse(string text, string name, JobTarget target = JobTarget.Process)
    {
        try
        {
            var document = Tree(text, IsJson(name));
            var (spec, errors) = Check(document, target);
            return spec ?? throw new JobException(errors[0].Code, string.Join("\n", errors.Select(error => $"{name}:{document.LineOf(error.Path)}: {error}")));
        }
        catch (DocumentException e)
        {
            throw new JobException(ErrorCodes.InvalidSpec, $"{name}:{e.Line}: {e.Message}", e);
        }
    }

    /// <summary>Reads and checks a document that came to the job service without a file: everything that is wrong stands in the result.</summary>
    /// <param name="text">The text.</param>
    /// <param name="json">Whether it is JSON; otherwise YAML.</param>
    public static JobSpecResult ReadDocument(string text, bool json)
    {
        try
        {
            return Check(Tree(text, json), JobTarget.Service);
        }
        catch (DocumentException e)
        {
            return new JobSpecResult(null, [new SpecError("", $"line {e.Line}: {e.Message}")]);
        }
    }

    /// <summary>Everything that is wrong with a spec that the job service gets, and that is no document any more: its fields and its templates.</summary>
    /// <param name="spec">The spec.</param>
    public static IReadOnlyList<SpecError> Validate(JobSpec spec)
    {
        TemplateProgram.Parse(spec, out var templates);
        return [.. JobSpecValidator.Validate(spec, JobTarget.Service), .. templates];
    }

    static bool IsJson(string name) => name.EndsWith(".json", StringComparison.OrdinalIgnoreCase);

    static DocumentTree Tree(string text, bool json) => json ? JsonTree.Read(text) : YamlTree.Read(text);

    static JobSpecResult Check(DocumentTree document, JobTarget target)
    {
        var (spec, errors) = JobSpecReader.Read(document.Root, target);
        if (spec is not null)
            TemplateProgram.Parse(spec, out errors);
        return new JobSpecResult(errors.Count == 0 ? spec : null, errors);
    }
}
