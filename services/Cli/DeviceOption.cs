using System.CommandLine;
using Serverless.Inference;

namespace Serverless.Cli;

/// <summary><c>--device</c>: what the engines of this machine run on. A job never says it.</summary>
internal static class DeviceOption
{
    private const string Name = "--device", Variable = "SERVERLESS_DEVICE";

    public static Option<string?> Create() => new(Name)
    {
        Description = $"What engines run on: auto (all GPUs, without any the CPU), cpu, cuda, cuda:0 or cuda:0,2; torch in builds with TorchSharp. Default: {Variable}, else auto", HelpName = "device",
    };

    /// <summary>What the option, or else the environment, means.</summary>
    /// <exception cref="FormatException">There are no such cards, or it is no device of this build.</exception>
    public static EngineDevices Read(string? value)
    {
        var variable = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text ? text : null;
        try
        {
            var selection = DeviceSelection.Parse(value ?? variable ?? "auto");
            return new EngineDevices(selection.Cards(), selection.WithoutCards);
        }
        catch (InferenceException error)
        {
            throw new FormatException($"{(value is null && variable is not null ? Variable : Name)}: {error.Message}", error);
        }
    }
}
