/** The controller between senders and a receiver that live in this process. */
import { eventFlow, startFlowGitHub } from "../../../test/support/event-flow.ts";
import { type ControllerStage, controllerStage } from "../controller.ts";
import { type ReceivedDelivery, startEventReceiver } from "./receiver.ts";

export interface EventStage extends ControllerStage {
  receiver: { deliveries: readonly ReceivedDelivery[]; down(isDown: boolean): void };
}

/** @param state as after `--state`; default a file. */
export async function eventStage(state?: string): Promise<EventStage> {
  const [receiver, github] = await Promise.all([startEventReceiver(), startFlowGitHub()]);
  const stage = controllerStage(eventFlow({ github: github.url, receiver: receiver.url }), state);
  return {
    ...stage,
    receiver,
    async close() {
      await stage.close();
      await Promise.all([receiver.close(), github.close()]);
    },
  };
}
