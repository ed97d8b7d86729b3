using System.Text.Json;

namespace Serverless.Inference.Loading.Hub;

/// <summary>What a revision is: its commit and the files of its root.</summary>
/// <param name="Commit">Hash of the commit.</param>
/// <param name="Files">Names.</param>
internal sealed record HubListing(string Commit, IReadOnlyList<string> Files)
{
    /// <summary>Asks <c>/api/models/{id}/revision/{revision}</c>.</summary>
    /// <exception cref="InferenceException">There is no such model, access is denied, or it has no weights that the engine reads.</exception>
    public static async Task<HubListing> GetAsync(HubHttp http, HubReference model, HubRetry retry, CancellationToken cancellationToken)
    {
        var address = http.Address($"api/models/{model.Repository}/revision/{Uri.EscapeDataString(model.Revision)}");
        var json = await retry.RunAsync(
            async () =>
            {
                using var response = await http.SendAsync(model, HttpMethod.Get, address, from: 0, cancellationToken);
                await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
                using var text = new MemoryStream();
                byte[] buffer = new byte[1 << 14];
                while (await http.ReadAsync(body, buffer, cancellationToken) is > 0 and var count) text.Write(buffer, 0, count);
                return text.ToArray();
            },
            cancellationToken);
        try
        {
            return Read(JsonFields.Parse(address.ToString(), json), model);
        }
        catch (InferenceException e) when (e.InnerException is JsonException)
        {
            throw ModelErrors.Download($"{e.Message} Is HF_ENDPOINT a model hub?", e);
        }
    }

    private static HubListing Read(JsonFields json, HubReference model)
    {
        string commit = json.Text("sha") ?? throw ModelErrors.Download($"{json.File} names no commit (sha); is HF_ENDPOINT a model hub?");
        // It becomes the name of a folder.
        if (commit.Length == 0 || !commit.All(char.IsAsciiLetterOrDigit)) throw ModelErrors.Download($"{json.File}: expected a commit hash, found \"{commit}\".");
        if (json.Find("siblings") is not { ValueKind: JsonValueKind.Array } siblings) throw ModelErrors.Download($"{json.File} lists no files (siblings).");
        string[] files = [.. siblings.EnumerateArray().Select(NameOf).OfType<string>()];

        if (!files.Contains(HubFiles.Config))
            throw ModelErrors.Download($"{model} is no model that this engine reads: it has no {HubFiles.Config}.");
        if (files.Contains(HubFiles.SingleWeights) || files.Contains(WeightIndex.FileName)) return new HubListing(commit, files);
        string found = files.FirstOrDefault(name => Path.GetExtension(name) is ".bin" or ".pt" or ".pth" or ".gguf") is { } other ? $" (only {other} and the like)" : "";
        throw new InferenceException(
            InferenceErrorCodes.ModelFile,
            $"{model} has no safetensors weights{found}. Look for a revision that has, such as a pull request (@refs/pr/1), "
            + "or convert it once with transformers (save_pretrained with safe_serialization=True).");
    }

    private static string? NameOf(JsonElement sibling) =>
        sibling.ValueKind == JsonValueKind.Object && sibling.TryGetProperty("rfilename", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString() : null;
}
