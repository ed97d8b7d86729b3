using System.Text;
using System.Text.Json;
using Dapr.Sidecar.Components;

namespace Dapr.Sidecar.Bindings;

/// <summary>
/// <c>bindings.localstorage</c>: files below a root folder, named by <c>fileName</c> in the metadata (default: a fresh name). Nothing leads
/// out of the root, links included. As in Dapr, data that is base64 is decoded.
/// </summary>
internal sealed class LocalStorageBinding(string root) : IOutputBinding
{
    public static readonly ComponentType Type = new("bindings.localstorage", context =>
    {
        BindingDirection.Check(context.Properties, "output");
        var root = Path.GetFullPath(context.Properties.Required("rootPath"));
        Directory.CreateDirectory(root);
        return Task.FromResult<IComponent>(new LocalStorageBinding(Real(root)));
    })
    {
        Properties = [.. BindingDirection.Properties, "rootPath"],
    };

    public IReadOnlyList<string> Operations { get; } = ["create", "get", "delete", "list"];

    public async Task<BindingResult> InvokeAsync(BindingRequest request, CancellationToken cancellation)
    {
        var name = request.Metadata.GetValueOrDefault("fileName", "");
        switch (request.Operation)
        {
            case "create":
                name = name.Length > 0 ? name : Guid.NewGuid().ToString();
                await WriteAsync(Resolve(name), Decode(request.Content()), cancellation);
                return Json(new Dictionary<string, string> { ["fileName"] = name });
            case "get":
                var file = Resolve(Named(name));
                return File.Exists(file)
                    ? new BindingResult(await File.ReadAllBytesAsync(file, cancellation), ContentType: "application/octet-stream")
                    : throw new FileNotFoundException($"file not found: {name}");
            case "delete":
                File.Delete(Resolve(Named(name)));
                return BindingResult.Empty;
            default:
                var folder = name.Length == 0 ? root : Resolve(name);
                return Directory.Exists(folder)
                    ? Json(Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(root, path)).Order(StringComparer.Ordinal).ToArray())
                    : throw new FileNotFoundException($"folder not found: {name}");
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string Named(string name) => name.Length > 0 ? name : throw new BadRequestException("the metadata has no fileName");

    private static BindingResult Json<T>(T value) => new(JsonSerializer.SerializeToUtf8Bytes(value));

    private static byte[] Decode(byte[] content)
    {
        var text = Encoding.UTF8.GetString(content);
        var buffer = new byte[content.Length];
        return text.Length > 0 && Convert.TryFromBase64String(text, buffer, out var length) ? buffer[..length] : content;
    }

    /// <summary>Writes beside the file and renames, so that readers see the old content or the new one.</summary>
    private static async Task WriteAsync(string file, byte[] content, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var temporary = $"{file}.{Guid.NewGuid():N}.tmp";
        await File.WriteAllBytesAsync(temporary, content, cancellation);
        File.Move(temporary, file, overwrite: true);
    }

    private string Resolve(string name)
    {
        var path = Path.GetFullPath(Path.Combine(root, name));
        return IsInside(path) && IsInside(Real(path)) ? path : throw new BadRequestException($"fileName \"{name}\" leads out of the binding's root");
    }

    private bool IsInside(string path) => path.StartsWith(root.EndsWith('/') ? root : root + "/", StringComparison.Ordinal);

    /// <summary>The path with the links of its existing part followed.</summary>
    private static string Real(string path)
    {
        var real = "/";
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            real = Path.Combine(real, part);
            real = new FileInfo(real).LinkTarget is null ? real : Real(File.ResolveLinkTarget(real, returnFinalTarget: true)!.FullName);
        }

        return real;
    }
}
