using System.CommandLine;
using System.Text.Json;
using Serverless.Cli.Progress;
using Serverless.Inference;
using Serverless.Inference.Loading.Hub;
using Spectre.Console;

namespace Serverless.Cli.Models;

/// <summary><c>serverless models pull | list</c>: the cache of downloaded models on this machine, which engines and Hugging Face's own tools share.</summary>
internal static class ModelsCommand
{
    public static Command Create() => new("models", "Models of a hub on this machine") { Pull(), List() };

    private static Command Pull()
    {
        var source = new Argument<string>("source") { Description = "hf://org/name[@revision]" };
        var format = OutputOption.Create();
        var command = new Command("pull", "Downloads a model, so that jobs need no network for it") { source, format };
        command.SetAction((parsed, cancellation) => SayAsync(
            async () =>
            {
                var text = parsed.GetRequiredValue(source);
                if (!text.StartsWith(HubReference.Scheme, StringComparison.OrdinalIgnoreCase))
                {
                    await Console.Error.WriteLineAsync($"source: expected hf://org/name[@revision], found \"{text}\".");
                    return ExitCode.Usage;
                }

                var model = HubReference.Parse(text);
                using var hub = new HubClient();
                var snapshot = await ProgressDisplay.ShowAsync(progress => hub.GetAsync(model, progress, cancellation));
                var pinned = model with { Revision = snapshot.Commit };
                await Console.Out.WriteLineAsync(parsed.GetValue(format) is OutputFormat.Json
                    ? JsonSerializer.Serialize(new { source = $"{pinned}", commit = snapshot.Commit, folder = snapshot.Folder }, JsonOutput.Compact)
                    : $"{pinned}\n{snapshot.Folder}");
                return ExitCode.Ok;
            },
            cancellation));
        return command;
    }

    private static Command List()
    {
        var format = OutputOption.Create();
        var command = new Command("list", "Lists the models that are here as a whole") { format };
        command.SetAction((parsed, cancellation) => SayAsync(() => Task.FromResult(Write(HubInventory.List(), parsed.GetValue(format))), cancellation));
        return command;
    }

    private static int Write(IReadOnlyList<CachedModel> models, OutputFormat format)
    {
        if (format is OutputFormat.Json)
        {
            var shown = models.Select(model => new { source = model.Source, revisions = model.Revisions, bytes = model.Bytes, folder = model.Folder });
            Console.Out.WriteLine(JsonSerializer.Serialize(shown, JsonOutput.Options));
            return ExitCode.Ok;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("model", "commit", "revisions", "MB");
        foreach (var model in models)
        {
            table.AddRow(new Text(model.Repository), new Text(model.Commit), new Text(string.Join(", ", model.Revisions)), new Text($"{model.Bytes / 1e6:N0}"));
        }

        Terminal.Output.Write(table);
        return ExitCode.Ok;
    }

    private static async Task<int> SayAsync(Func<Task<int>> body, CancellationToken cancellation)
    {
        try
        {
            return await body();
        }
        catch (InferenceException error)
        {
            await Console.Error.WriteLineAsync($"{error.Code}: {error.Message}");
            return error.Code == InferenceErrorCodes.ModelAccess ? ExitCode.NotAuthorised : ExitCode.Failed;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return ExitCode.Failed;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("Stopped. What arrived is kept; run the same command again to go on.");
            return ExitCode.Failed;
        }
    }
}
