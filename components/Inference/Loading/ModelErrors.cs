namespace Serverless.Inference.Loading;

/// <summary>The kinds of failure that loading a model knows.</summary>
internal static class ModelErrors
{
    /// <summary>A file is missing, truncated or malformed.</summary>
    public static InferenceException File(string path, string problem, Exception? cause = null) =>
        new(InferenceErrorCodes.ModelFile, $"{path}: {problem}", cause);

    /// <summary>A field asks for mathematics that this engine does not do.</summary>
    public static InferenceException Unsupported(string path, string field, string value, string supported) =>
        new(InferenceErrorCodes.ModelUnsupported, $"{path}: {field} = {value} is not supported; supported: {supported}.");

    /// <summary>The hub has no such model, or cannot be reached.</summary>
    public static InferenceException Download(string problem, Exception? cause = null) =>
        new(InferenceErrorCodes.ModelDownload, problem, cause);

    /// <summary>The hub has the model and refuses it to this account.</summary>
    public static InferenceException Access(string problem) => new(InferenceErrorCodes.ModelAccess, problem);

    /// <summary>The file names of a folder for a message, at most a dozen of them.</summary>
    public static string FilesIn(string folder)
    {
        string?[] names = [.. Directory.EnumerateFiles(folder).Select(Path.GetFileName).Order()];
        return names.Length switch
        {
            0 => "the folder is empty",
            <= 12 => "the folder holds " + string.Join(", ", names),
            _ => $"the folder holds {string.Join(", ", names.Take(12))} and {names.Length - 12} more",
        };
    }
}
