using Serverless.Contracts.Validation;

namespace Serverless.Processing.Specs;

/// <summary>Reads configuration files: YAML, or JSON if the name ends in <c>.json</c>. An empty file says nothing, which is allowed.</summary>
public static class ConfigFile
{
    /// <summary>Reads a file as a record.</summary>
    /// <param name="path">The file.</param>
    /// <param name="check">What the types cannot say. Default: nothing more.</param>
    /// <exception cref="FormatException">Everything that is wrong, a line each, with file, line and field.</exception>
    public static T Read<T>(string path, Func<T, IEnumerable<SpecError>>? check = null)
        where T : class, new()
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"the configuration {path} cannot be read: {e.Message}", e);
        }

        try
        {
            var document = path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? JsonTree.Read(text) : YamlTree.Read(text);
            if (document.Root is null)
                return new T();
            var (value, errors) = DocumentShape.Read<T>(document.Root);
            if (value is not null && check is not null)
                errors = [.. check(value)];
            return errors.Count == 0 ? value! : throw new FormatException(string.Join("\n", errors.Select(error => $"{path}:{document.LineOf(error.Path)}: {error}")));
        }
        catch (DocumentException e)
        {
            throw new FormatException($"{path}:{e.Line}: {e.Message}", e);
        }
    }
}
