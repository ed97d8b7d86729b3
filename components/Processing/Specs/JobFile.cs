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
    /// <exception cref="JobException">Everything that is wrong, each with file, line and field.</exception>
    public static JobSpec Read(string path)
    {
        if (Directory.Exists(path))
            throw new JobException(ErrorCodes.InvalidSpec, $"the job file {path} is a folder; name a file in it");
        try
        {
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JobException(ErrorCodes.InvalidSpec, $"the job file {path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Reads and checks the text of a file.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">The file's name, for the format and for messages.</param>
    /// <exception cref="JobException">Everything that is wrong, each with file, line and field.</exception>
    public static JobSpec Parse(string text, string name)
    {
        DocumentTree document;
        try
        {
            document = name.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? JsonTree.Read(text) : YamlTree.Read(text);
        }
        catch (DocumentException e)
        {
            throw new JobException(ErrorCodes.InvalidSpec, $"{name}:{e.Line}: {e.Message}", e);
        }

        var (spec, errors) = JobSpecReader.Read(document.Root);
        if (spec is not null)
            TemplateProgram.Parse(spec, out errors);
        if (errors.Count > 0)
            throw new JobException(errors[0].Code, string.Join("\n", errors.Select(error => $"{name}:{document.LineOf(error.Path)}: {error}")));
        return spec!;
    }
}
