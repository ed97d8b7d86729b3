using System.CommandLine;
using System.Text.Json;
using Spectre.Console;

namespace Serverless.Cli.Jobs;

/// <summary><c>serverless workers</c>: the nodes, their accelerators, and what runs on them.</summary>
internal static class WorkersCommand
{
    public static Command Create()
    {
        var service = new ServiceOptions();
        var command = service.Create("workers", "Lists the workers");
        command.SetAction((parsed, cancellation) => service.RunAsync(parsed, async (client, format) =>
        {
            var workers = await client.GetWorkersAsync(cancellation);
            if (format is OutputFormat.Json)
            {
                Console.Out.WriteLine(JsonSerializer.Serialize(workers, JsonOutput.Options));
                return ExitCode.Ok;
            }

            var table = new Table().Border(TableBorder.Simple).AddColumns("worker", "state", "accelerators", "shards", "last seen");
            foreach (var worker in workers.Workers)
            {
                table.AddRow(
                    new Text(worker.Id), new Text(worker.State), new Text(string.Join(", ", worker.Accelerators.Select(accelerator => $"{accelerator.Type} ({accelerator.MemoryBytes / (double)(1L << 30):0.#} GiB)"))),
                    new Text($"{worker.Shards}"), new Text($"{worker.LastSeen:u}"));
            }

            Terminal.Output.Write(table);
            return ExitCode.Ok;
        }));
        return command;
    }
}
